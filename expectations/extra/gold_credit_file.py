"""Credit files: a tier promises what the blocks must hold (domain.md, section 6.3)."""

from expectations.extra import Figure


def complete_without_evidence() -> Figure:
    """T1 says complete: it has a residence and base months of work."""
    lacking = "coalesce(size(residence), 0) < 1 OR coalesce(work.base_months_24_count, 0) < 1"
    return Figure(
        "TIER_T1_EMPTY",
        "T1 档案缺少居住或就业",
        "T1 files without residence or work",
        f"count_if(tier_code = 'T1' AND ({lacking}))",
        maximum=0,
    )


def fairly_complete_without_work() -> Figure:
    """T2 says at least half a year of work within twelve months."""
    return Figure(
        "TIER_T2_EMPTY",
        "T2 档案缺少就业月份",
        "T2 files without months of work",
        "count_if(tier_code = 'T2' AND coalesce(work.work_months_12_count, 0) < 1)",
        maximum=0,
    )


def category_outside_its_list() -> Figure:
    """The main category is one of those that apply."""
    return Figure(
        "CATEGORY_PRIMARY",
        "主群体不在群体列表中",
        "files whose main category is not among their categories",
        "count_if(NOT array_contains(category_codes, primary_category_code))",
        maximum=0,
    )


def untraceable() -> Figure:
    """Every file names the records it was made from."""
    return Figure(
        "RECORDS_MISSING",
        "档案没有来源记录",
        "files that name no record",
        "count_if(size(record_ids) < 1)",
        maximum=0,
    )
