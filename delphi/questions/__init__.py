"""Questions beside ratings as pages show them: to experts, in the facilitator's preview, and with their results."""
