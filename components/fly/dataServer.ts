import * as pulumi from "@pulumi/pulumi";
import { fly } from "../../providers/sdk";
import { Problem } from "../../lib/problems";
import { LimitsArgs } from "../platform";
import { guestOf } from "./guest";
import { Placement } from "./placement";

/** What Postgres and Redis differ in. */
export interface DataServerArgs {
    readonly image: string;
    readonly port: number;
    readonly command?: string[];
    readonly env?: Record<string, string>;
    readonly secrets: Record<string, pulumi.Input<string>>;
    /** Where the volume is mounted. */
    readonly dataPath: string;
    /** Snapshot that the volume is filled from. */
    readonly snapshot?: string;
    /** Signal that lets it write down what it has, and how long that may take, in seconds. */
    readonly stop: { readonly signal: string; readonly timeoutSeconds: number };
    readonly limits?: LimitsArgs;
}

/** A running server: its app's name, and what is known once it answers. */
export interface DataServer {
    readonly appName: string;
    readonly machine: fly.Machine;
}

/** Size of a new volume in GB, and days for which its daily snapshots are kept. */
const VOLUME = { sizeGb: 10, snapshotRetentionDays: 30 };

/**
 * A server on one machine with a volume, in an app of its own that has no public address. App and volume are kept when the
 * stack goes down: the next `up` finds them.
 */
export function createDataServer(
    name: string,
    args: DataServerArgs,
    placement: Placement,
    parent: pulumi.Resource,
): DataServer {
    const { organization, region, protect, imageOf } = placement;
    const kept = { parent, protect, retainOnDelete: true };
    const app = new fly.App(name, { name: placement.appName(name), organization }, kept);
    const volume = new fly.Volume(
        `${name}-data`,
        { app: app.name, region, ...VOLUME, snapshotId: args.snapshot },
        // It grows by `fly volumes extend`, and stays as large as it then is.
        { ...kept, ignoreChanges: ["sizeGb"] },
    );
    const secrets = new fly.Secrets(`${name}-secrets`, { app: app.name, values: args.secrets }, { parent });
    const machine = new fly.Machine(
        name,
        {
            app: app.name,
            region,
            config: {
                image: imageOf(args.image),
                command: args.command,
                env: { PRIMARY_REGION: region, ...args.env },
                guest: guestOf(args.limits),
                checks: { [name]: { type: "tcp", port: args.port, intervalSeconds: 15, timeoutSeconds: 5 } },
                restart: { policy: "always" },
                stop: args.stop,
            },
            mounts: [{ volume: volume.volumeId, path: args.dataPath }],
            secretsVersion: secrets.secretsVersion,
        },
        { parent },
    );
    return { appName: placement.appName(name), machine };
}

/** Checks the form of a snapshot's id. */
export function checkSnapshot(snapshot: string | undefined): Problem[] {
    return snapshot === undefined || /^vs_\w+$/.test(snapshot)
        ? []
        : [
              {
                  path: "args.snapshot",
                  message: `"${snapshot}" is no snapshot's id: "vs_" and letters and digits`,
                  fix: "fly volumes snapshots list <volume's id>",
              },
          ];
}
