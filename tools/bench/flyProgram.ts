import * as pulumi from "@pulumi/pulumi";
import { FlyPlatform } from "../../components/fly/platform";
import { spareStackTraces } from "../../stacks/stackTraces";
import { SERVER } from "./flyServer";

spareStackTraces();

// The program of a temporary project: one app, of so many machines, of one version or the next.
const config = new pulumi.Config();
new FlyPlatform("fly-platform", {
    baseUrl: config.require("url"),
    // Names of apps are unique on Fly.
    suffix: `-${pulumi.getStack()}`,
    protect: false,
    // The same for one machine and for ten: time that only passes is no part of what is measured.
    settleSeconds: 1,
    drainSeconds: 1,
})
    .forSystem("bench")
    .app("api", {
        image: config.require("image"),
        command: ["node", "-e", SERVER],
        port: 8080,
        health: { path: "/", intervalSeconds: 2, timeoutSeconds: 1, startPeriodSeconds: 0 },
        replicas: config.requireNumber("machines"),
    });
