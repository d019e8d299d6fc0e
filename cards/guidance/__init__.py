"""Facts -> Guidance: tables and rule catalogue as data, order of evaluation as code.

The modules are named for the sections of the decision model that they implement; the medicine
itself stands in the CSV and TOML files beside them."""
