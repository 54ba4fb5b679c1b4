"""Values -> text: tables, JSON, CSV, Markdown, safe for a terminal and a spreadsheet."""
