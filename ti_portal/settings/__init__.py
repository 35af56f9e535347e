"""Settings, assembled from the environment.

`base` and `integrations` hold what is common; `local`, `test` and `production` are the three assemblies.
"""
