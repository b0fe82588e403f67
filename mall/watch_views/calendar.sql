select day::bigint as day, is_working::int::bigint as is_working, working_number::bigint as working_number
from watch_calendar
