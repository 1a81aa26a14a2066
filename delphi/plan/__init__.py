"""The implementation plan: activities by facility or by goal, with figures, notes and annexes, as one document."""
