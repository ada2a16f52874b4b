"""The catalogue: what a batch has read, kept in a database that survives a power cut and answers questions.

``types`` holds the small shapes that workers and the runner pass around (no database needed to import them),
``store`` the database itself, ``queries`` the questions over it.
"""
