"""The routing YAML and the settings: what admins and operators write, checked and made into values."""
