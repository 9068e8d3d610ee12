"""Documents of other formats (PDF, DOCX, HTML) as the lines of text that the parser reads."""
