"""Documents to keep or print: own answers, a certificate, a questionnaire on paper; each a PDF in one language."""
