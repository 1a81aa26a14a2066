"""The consultation domain: studies, panels, questionnaires, rounds. It knows no web framework and no clock."""
