"""Files with people in them: CSV, XLSX, JSON lines; read row by row, in memory that does not grow."""
