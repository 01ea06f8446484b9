"""The credit file by hand: domain.md once more, in plain Python, to hold the pipeline against.

Shares no line with the pipeline: rules and figures are written here from the page alone, and what the offices
delivered is read from the synthetic city's truth. `city.expected(lake, T, K)` is the entry.

Where the page leaves a choice, this oracle reads it so:

- Residence: a registration is the last page of its number, whatever the day of issue; a page cancelled on a day holds
  until the day before, and with it the permit written on that page. R2 counts from the first of registrations that
  touch. "Valid at T" (tiers) and the reason of residence (C08) ask for a permit or a registration that holds on T.
- Hukou: an entry without a day stands before all with one, of one day the one told last; versions since corrected or
  moved on count as entries.
  Unknown goes before NO where nobody shows residence; death goes before both.
- Months: SI and FLEX are pension lines alone (section 6.2), also for R3, C01, C03 and C06. Three months after the end
  of April is 30 July. A month counts for the streak if one of its lines was paid in time; months of the own business
  go as far back as the role. The month of T is in no window, and evidence in it ends no streak.
- Employers: only months with an SI employer are compared, over gaps; an employment ends by its exit, else its term.
- Homes: permits, registrations and leases make the chain; the gap is the days that none covers, up to T as inside.
- Rents: counts told by T, of leases with a day since the first of the 24 months; never above 1.
- Utilities: a month is good if all its bills were paid by their day.
- Associations: a card is that of domestic service, for a month if valid on a day of it.
- Own business: role OPERATOR or LEGAL_REP; the grade is that of the latest year of any own business, alive or not, in
  the register or not. A business is alive from its establishment until the first other state told of.
- Dishonest list: the day of removal is out, the last day of the term is in. A repair is out from its day on.
- Relief: arrears that began inside the window of an event, on a loan with a relief code; the area is not asked again.
- T1: sources used are those of the base months, and one fresh one each for housing and the further source; any
  qualification counts as a degree, any state of enrolment as a record.
- Completeness: a block is filled by one loaded record that has begun by T; it lacks consent if the operator holds no
  live grant of its kind at K. Fresh is asked at K. Every delivered batch is taken to have passed its gate.
- Conflict: any record that waits for review (expected REVIEW) makes T4.
- Score: SCORE_THIN stands alone; a variable at its maximum is no reason; reasons are the names of the columns.
"""
