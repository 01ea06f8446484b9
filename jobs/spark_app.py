"""The program as a Spark application: what `spark-submit` is given, so that DAGs and command line run the same code."""

import sys

from jobs.cli import main

if __name__ == "__main__":
    sys.exit(main())
