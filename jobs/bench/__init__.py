"""Bench: what our work costs beside plain tools that do the same; each bench is one module, run by its verb."""
