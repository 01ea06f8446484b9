"""The credit file by hand: domain.md once more, in plain Python, to hold the pipeline against.

Shares no line with the pipeline: rules and figures are written here from the page alone, and what the offices
delivered is read from the synthetic city's truth.
"""
