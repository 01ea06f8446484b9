"""Qualifications of people, and one yes or no a school year about a parent, two files every half year.

A child's schooling is a fact about the parent alone: no field about the child is agreed (PIPL 28, 31).
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.edu_qualification`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        code.of("education_level", F.col("level_code")).alias("level_code"),
        dates.day(F.col("graduation_date")).alias("graduation_date"),
        "school_code",
        "school_name",
        code.of("study_status", F.col("enrolment_status_code")).alias("enrolment_status_code"),
        text.yes_no(F.col("is_foreign_degree")).alias("is_foreign_degree"),
        "delivered",
    )


def clean_schooling(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.edu_qualification_schooling`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        dates.year(F.col("school_year")).alias("school_year"),
        text.yes_no(F.col("has_child_in_local_school")).alias("has_child_in_local_school"),
        "delivered",
    )
