"""The TRAINED scorecard: learnt from what became of loans, shown with its limits, and in no file yet."""
