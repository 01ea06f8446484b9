"""HOW it is made: the folders are the flow, one step each; `jobs/flow.py` lists them in order."""
