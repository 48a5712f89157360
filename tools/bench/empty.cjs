"use strict";
// What every Pulumi program costs, whatever it does.
