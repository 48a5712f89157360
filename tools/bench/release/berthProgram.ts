import * as pulumi from "@pulumi/pulumi";
import { DockerPlatform } from "../../../components/docker/platform";
import { spareStackTraces } from "../../../stacks/stackTraces";
import { HEALTH_PATH, HOST, PORT } from "./app/contract";
import { CHECK } from "./arm";

spareStackTraces();

// The program of a temporary project: one app behind the router, of one version or the next.
const config = new pulumi.Config();
new DockerPlatform("platform", {
    prefix: config.require("prefix"),
    host: config.require("dockerHost"),
    router: {
        listen: { address: "127.0.0.1", httpPort: config.requireNumber("port") },
        logLevel: config.require<"INFO" | "ERROR">("logLevel"),
    },
    protect: false,
})
    .forSystem("bench")
    .app("app", {
        image: config.require("image"),
        port: PORT,
        health: { path: HEALTH_PATH, ...CHECK },
        routes: [{ host: HOST }],
    });
