import { renderTable } from "../../table";
import { spreadOf } from "../rounds";
import { ArmResult, isSkipped, Release, ReleaseResults, SkippedArm } from "./result";
import { RELEASES } from "./run";

/** Arms that are known to lose requests: where they lose none, the load is no test. */
const LOSING = ["compose", "labels"];

/** The table that the bench ends with, what its columns mean, and whether the run was a test at all. */
export function releaseTable(results: ReleaseResults): string {
    return [
        renderTable(
            HEADINGS,
            Object.entries(results).map(([name, result]) => rowOf(name, result)),
        ),
        "",
        ...Object.entries(results).flatMap(([name, result]) => notesOf(name, result)),
        "",
        ...CAPTION,
        ...warningsOf(results).map((warning) => `\n${warning}`),
    ].join("\n");
}

const HEADINGS = [
    "way",
    "requests",
    "lost",
    "releases",
    "a release",
    "ready",
    "drain",
    "above",
    "websockets",
    "containers",
    "command",
];

const CAPTION = [
    "a release: median and longest, from the start of its command to its end. ready: from there to the new container's first",
    "good answer to a health check. drain: from the first answer of the new version to SIGTERM for the old container.",
    "above: a release without ready and drain. websockets: ended by a close frame / cut. containers, command: peak memory of",
    "the way's containers with its proxy, and of its command's processes.",
    "In the others' favour: Traefik takes labels in within 100 ms (its default: 2 s), and looks at the swarm every second (15 s).",
];

function rowOf(name: string, result: ArmResult | SkippedArm): string[] {
    if (isSkipped(result)) {
        return [name, "left out"];
    }
    const { requests, lost, releases, websockets, memory } = result;
    return [
        name,
        String(requests),
        String(lost),
        `${releases.length} of ${RELEASES}`,
        seconds(releases.map(({ ms }) => ms)),
        seconds(partOf(releases, "readyMs")),
        seconds(partOf(releases, "drainMs")),
        seconds(partOf(releases, "aboveMs")),
        `${websockets.closeFrames} / ${websockets.cut}`,
        megabytes(memory.containers),
        memory.command === undefined ? "–" : megabytes(memory.command),
    ];
}

/** What has no room in the table. */
function notesOf(name: string, result: ArmResult | SkippedArm): string[] {
    if (isSkipped(result)) {
        return [`${name}: left out, because ${result.skipped}`];
    }
    const kinds = Object.entries(result.lostBy).map(([kind, count]) => `${count} ${kind}`);
    return [
        `${name}: ${result.about}`,
        ...(kinds.length > 0 ? [`  lost: ${kinds.join(", ")}`] : []),
        ...(result.failure === undefined ? [] : [`  it ended early: ${result.failure}`]),
    ];
}

/** Why the figures prove nothing, where they don't. */
export function warningsOf(results: ReleaseResults): string[] {
    return LOSING.flatMap((name) => {
        const result = results[name];
        return result === undefined || isSkipped(result) || result.lost > 0
            ? []
            : [`Warning: ${name} lost nothing. It is known to; a run in which it does not is no test.`];
    });
}

/** The content of the JSON file. */
export function releaseFigures(results: ReleaseResults): object {
    return {
        arms: Object.fromEntries(
            Object.entries(results).map(([name, result]) => [
                name,
                isSkipped(result) ? { skipped: result.skipped } : figuresOf(result),
            ]),
        ),
    };
}

function figuresOf(result: ArmResult): object {
    const { requests, lost, lostBy, releases, websockets, memory, failure } = result;
    return {
        requests,
        lost,
        lostBy,
        releases: releases.length,
        releaseMs: releases.map(({ ms }) => Math.round(ms)),
        readyMs: partOf(releases, "readyMs"),
        drainMs: partOf(releases, "drainMs"),
        aboveMs: partOf(releases, "aboveMs"),
        websockets,
        seconds: Math.round(result.seconds),
        peakContainersMb: toMb(memory.containers),
        peakCommandMb: memory.command === undefined ? null : toMb(memory.command),
        ...(failure !== undefined && { failure }),
    };
}

function partOf(releases: readonly Release[], part: "readyMs" | "drainMs" | "aboveMs"): number[] {
    return releases.flatMap((each) => {
        const ms = each[part];
        return ms === undefined ? [] : [Math.round(ms)];
    });
}

/** Median and, in brackets, the longest. */
function seconds(times: readonly number[]): string {
    if (times.length === 0) {
        return "–";
    }
    const { median, max } = spreadOf(times);
    return `${(median / 1000).toFixed(1)} s (${(max / 1000).toFixed(1)})`;
}

function toMb(bytes: number): number {
    return Math.round(bytes / 1024 / 1024);
}

function megabytes(bytes: number): string {
    return `${toMb(bytes)} MiB`;
}
