import * as pulumi from "@pulumi/pulumi";
import { spareStackTraces } from "../../stacks/stackTraces";
import { placeApps } from "./scaled";

spareStackTraces();

// The program of a temporary project: Pulumi compiles it as it does the project's own.
const config = new pulumi.Config();
placeApps(config.requireNumber("apps"), config.require("dockerHost"));
