import { parseDocument } from "yaml";
import { Problem } from "../../lib/problems";
import { AppName, imageAt, replaceImage, settingOf } from "../release/stackFile";
import { Recorded } from "../state";
import { Update } from "../updates";
import { nameOf } from "./app";
import { irreversibleOf } from "./irreversible";
import { inTheWay, Release, releasesOf, targetOf } from "./target";

/** A stack, as far as a rollback looks at it. */
export interface Scene {
    readonly stack: string;
    readonly at: AppName;
    /** Name of the stack's file. */
    readonly file: string;
    /** What stands in it; undefined where there is none. */
    readonly text: string | undefined;
    /** Whether this user may change it. */
    readonly writable: boolean;
    /** What the stack's history and state tell; undefined where there is no such stack. */
    readonly recorded: Recording | undefined;
}

/** Updates, oldest first, and resources of a stack. */
interface Recording {
    readonly updates: readonly Update[];
    readonly resources: readonly Recorded[];
}

/** From which image to which. */
export interface Plan {
    readonly from: string;
    readonly to: string;
    /** Whether the image that is left has ever come up. */
    readonly cameUp: boolean;
    /** The stack's file with the image to go to. */
    readonly text: string;
}

/** Where a rollback of an app goes, or all that is in its way. */
export function planRollback(scene: Scene): { plan?: Plan; problems: Problem[] } {
    const { stack, text = "", at, recorded } = scene;
    const from = imageAtOr(text, at);
    const unset = from === undefined ? [noImage(scene)] : [];
    if (recorded === undefined || from === undefined) {
        return { problems: [...(recorded === undefined ? [noStack(stack)] : []), ...unset] };
    }
    const releases = releasesOf(recorded.updates, at);
    const to = targetOf(releases, from);
    const changed = replaceImage(text, at, to ?? from);
    const problems = [
        ...(to === undefined ? [noPrevious(scene)] : checkMigrations(scene, recorded, to, releases)),
        ...changed.problems,
        ...(scene.writable ? [] : [{ path: scene.file, message: "must not be changed by this user" }]),
    ];
    if (to === undefined || problems.length > 0) {
        return { problems };
    }
    const cameUp = releases.some(({ image, succeeded }) => succeeded && image === from);
    return { plan: { from, to, cameUp, text: changed.text }, problems };
}

/** What keeps an app from an image that it has run before, for whoever sets one without a rollback. */
export function checkWayBack(scene: Scene, image: string): Problem[] {
    const { stack, at, recorded } = scene;
    return recorded === undefined
        ? [noStack(stack)]
        : checkMigrations(scene, recorded, image, releasesOf(recorded.updates, at));
}

/** What is wrong with the name of a stack that is not there. */
export function noStack(stack: string): Problem {
    return {
        path: "--stack",
        message: `there is no stack ${stack}`,
        fix: "`npx pulumi stack ls` lists them.",
    };
}

/** A file that is broken sets nothing. */
function imageAtOr(text: string, at: AppName): string | undefined {
    return parseDocument(text).errors.length > 0 ? undefined : imageAt(text, at);
}

function noImage({ stack, at, file, text = "" }: Scene): Problem {
    const path = settingOf(at);
    const document = parseDocument(text);
    if (document.errors.length > 0) {
        return { path: file, message: "is no YAML that can be read" };
    }
    if (document.hasIn(["config", `${at.system}:images`, at.app])) {
        const fix = "Write the reference in one line, unencrypted: it is no secret.";
        return { path, message: `is no plain text in ${file}`, fix };
    }
    const message = `is not set in ${file}: without an image the sample app runs, and there is nothing to go back from`;
    return { path, message, fix: `To set one: ${setCommand(stack, at, "REFERENCE")}` };
}

function noPrevious({ stack, at }: Scene): Problem {
    return {
        path: nameOf(at),
        message: `the history of the stack ${stack} has no other image that came up`,
        fix: `Name one: ${setCommand(stack, at, "REFERENCE")}, then npm run up -- -s ${stack}`,
    };
}

function checkMigrations(
    { stack, at }: Scene,
    { resources }: Recording,
    image: string,
    releases: readonly Release[],
): Problem[] {
    return inTheWay(image, releases, irreversibleOf(resources, at)).map(({ image: by, reason }) => ({
        path: nameOf(at),
        message: `a migration of ${by} cannot be undone, and ${image} has not come up after it: ${reason}`,
        fix: `Release a new version, which goes forward. Or restore the data of before, then ${setCommand(stack, at, image)} and npm run up -- -s ${stack}`,
    }));
}

function setCommand(stack: string, at: AppName, image: string): string {
    return `npx pulumi config set --stack ${stack} --path '${settingOf(at)}' ${image}`;
}
