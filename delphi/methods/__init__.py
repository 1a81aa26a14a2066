"""The methods report: three published checklists filled from the study's own record, with flow diagrams."""
