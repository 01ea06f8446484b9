"""What a person has learnt: degrees and certificates; and, as one yes or no, whether a child goes to school here."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.gold.facts.record import owned


def educations(edu_qualification: DataFrame, links: DataFrame) -> DataFrame:
    """Levels of education from the day of graduation on."""
    rows = owned(edu_qualification, links, "edu_qualification", "education")
    return rows.withColumn("valid_from_date", F.col("graduation_date"))


def schoolings(edu_qualification_schooling: DataFrame, links: DataFrame) -> DataFrame:
    """Whether a child of the person goes to a school of the city, by the year in which a school year begins.

    Its days are nowhere stated, so the fact has none. The child itself is never named (PIPL-28: under 14).
    """
    return owned(edu_qualification_schooling, links, "edu_qualification")


def skills(hrss_skill_certificate: DataFrame, links: DataFrame) -> DataFrame:
    """Certificates of skill and professional titles; one without a last day never expires."""
    rows = owned(hrss_skill_certificate, links, "hrss_skill_certificate", "education")
    return rows.withColumn("valid_from_date", F.col("issue_date"))
