"""The two columns a report adds; headers.csv lists them as ignored, so that the report can be sent again."""

CODES_TITLE = "错误代码"
WORDS_TITLE = "错误说明"
