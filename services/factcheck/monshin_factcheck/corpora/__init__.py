"""The trusted sources: corpora on disk, their versions, and what a check reads of them."""
