import Docker from "dockerode";
import { SimulatedFly } from "../../rehearsal/fly";
import { GoClient, type GoStep } from "../support/flyGoClient";

jest.setTimeout(300_000);
const client = new GoClient();
let steps: GoStep[];

beforeAll(async () => {
    await client.build();
    const fly = await SimulatedFly.start({
        docker: new Docker(),
        name: `berth-test-goclient-${process.pid}`,
        organizations: [
            { slug: "personal", tokens: ["fm2_personal"] },
            { slug: "others", tokens: ["others-token"] },
        ],
    });
    try {
        const created = await fetch(`${fly.url}/v1/apps`, {
            method: "POST",
            headers: { authorization: "Bearer others-token" },
            body: JSON.stringify({ app_name: "taken", org_slug: "others" }),
        });
        expect(created.status).toBe(201);
        const flags = { app: "shop", taken: "taken", image: "node:20-slim" };
        steps = await client.drive(fly.url, "fm2_personal", flags);
    } finally {
        await fly.stop();
    }
});

afterAll(() => client.remove());

/** What the steps from one to another came to: results, and errors as one line. */
function between(first: string, last: string): [string, unknown][] {
    const names = steps.map(({ step }) => step);
    const [from, to] = [names.indexOf(first), names.indexOf(last)];
    expect([from, to]).not.toContain(-1);
    return steps.slice(from, to + 1).map(({ step, result, error }) => [step, error ? lineOf(error) : result]);
}

/** An error as the client decoded it; what differs from run to run is left out. */
function lineOf({ httpStatus, status, message, hasRequestId }: NonNullable<GoStep["error"]>): string {
    const stable = message
        .replace(/\b[0-9a-f]{14}\b/g, "ID")
        .replace(/vol_[0-9a-z]{10,}/g, "VOLUME")
        .replace(/expires at \S+/, "expires at TIME");
    const code = status === "" ? "" : ` (${status})`;
    return `${httpStatus}${code} ${stable}${hasRequestId ? "" : ", without a request id"}`;
}

const HELD = "aborted: lease currently held by shop@tokens.simulated-fly, expires at TIME";
/** A machine as far as it is the same in all steps. */
const WEB = {
    ...{ Region: "iad", Name: "web", HasID: true, HasInstance: true, HasIP: true, HasNonce: false },
    ...{
        Image: expect.stringMatching(
            /^registry-1\.docker\.io\/library\/node:20-slim@sha256:[0-9a-f]{64}$/,
        ) as string,
    },
    Autostop: "stop",
};
const machine = (more: object) => ({ ...WEB, Greeting: "two", Checks: expect.anything() as object, ...more });
const checks = (passing: number, warn: number) => ({
    ...{ Total: passing + warn, Passing: passing, Warn: warn, Critical: 0 },
});

describe("Fly's own Go client, on the simulated Fly", () => {
    test("creates an app, and decodes what it may not do", () => {
        expect(between("create the app", "list too often")).toEqual([
            ["create the app", "done"],
            ["wait for the app", "done"],
            ["create it again", "422 (name_taken) Validation failed: Name has already been taken"],
            ["create one for an unknown organization", "404 organization not found"],
            ["list with a wrong token", "401 failed to list VMs: Authenticate: token validation error"],
            ["list in an unknown app", "404 failed to list VMs: app not found"],
            ["list in another organization's app", "403 failed to list VMs: unauthorized"],
            ["list too often", "429 failed to list VMs: rate limit exceeded"],
        ]);
    });

    test("launches a machine with a service and checks", () => {
        expect(between("launch", "list")).toEqual([
            [
                "launch",
                machine({ State: "created", Greeting: "one", LastEvent: "launch", Checks: checks(0, 2) }),
            ],
            ["wait until it is started", "done"],
            [
                "wait until its checks pass",
                machine({ State: "started", Greeting: "one", LastEvent: "start", Checks: checks(2, 0) }),
            ],
            ["its start is known", true],
            [
                "launch another of its name",
                '409 failed to launch VM: already_exists: unique machine name violation, machine ID ID already exists with name "web"',
            ],
            ["list", ["web"]],
        ]);
    });

    test("holds a lease, and updates under it", () => {
        expect(between("acquire a short lease", "wait until the update is started")).toEqual([
            ["acquire a short lease", "success true"],
            ["acquire one when that has ended", "success true"],
            ["acquire one that is held", `409 failed to get lease on VM ID: ${HELD}`],
            ["find it", "success true"],
            ["refresh it", "success true"],
            ["update without it", `409 failed to update VM ID: ${HELD}`],
            ["update with another", `409 failed to update VM ID: ${HELD}`],
            ["stop without it", `409 failed to stop VM ID: ${HELD}`],
            [
                "update with it",
                machine({ State: "replacing", LastEvent: "update", HasNonce: true, Checks: checks(0, 2) }),
            ],
            ["release it with another nonce", "400 invalid_argument: the nonce is not the lease's"],
            ["release it", "done"],
            ["find none", "404 failed to get lease on VM ID: not_found: lease not found"],
            // Anything on its way from the old version to the new.
            [
                "get the updated",
                machine({ State: expect.any(String) as string, LastEvent: expect.any(String) as string }),
            ],
            ["wait until the update is started", "done"],
        ]);
    });

    test("reads and writes metadata, cordons, and runs commands", () => {
        const metadata = { fly_platform_version: "v2", fly_process_group: "app" };
        expect(between("set metadata", "run printenv MISSING")).toEqual([
            ["set metadata", "done"],
            ["read metadata", { ...metadata, release: "7" }],
            ["delete metadata", "done"],
            ["read less metadata", metadata],
            ["cordon", "done"],
            ["uncordon", "done"],
            ["run printenv GREETING", { stdout: "two\n" }],
            ["run printenv MISSING", { exit_code: 1 }],
        ]);
    });

    test("stops, starts, restarts, suspends and destroys", () => {
        expect(between("stop", "get an unknown machine")).toEqual([
            ["stop", "done"],
            ["wait until it is stopped", "done"],
            ["get the stopped", machine({ State: "stopped", LastEvent: "exit", Checks: checks(0, 2) })],
            [
                "its exit",
                expect.objectContaining({ exit_code: 7, guest_exit_code: 7, requested_stop: true }) as object,
            ],
            ["start", { previous_state: "stopped" }],
            ["wait until it is started again", "done"],
            ["restart", "done"],
            ["wait until it is restarted", "done"],
            ["suspend", "done"],
            ["wait until it is suspended", "done"],
            ["wake it", { previous_state: "suspended" }],
            ["wait until it is awake", "done"],
            [
                "destroy without force",
                "412 failed to destroy VM ID: failed_precondition: machine still active, refusing to destroy",
            ],
            ["destroy", "done"],
            ["wait until it is destroyed", "done"],
            [
                "get the destroyed",
                machine({ State: "destroyed", LastEvent: "destroy", Checks: checks(0, 0) }),
            ],
            ["get an unknown machine", "404 failed to get VM ID: not_found: machine not found"],
        ]);
    });

    test("creates, extends, snapshots and deletes a volume", () => {
        const volume = (more: object) => ({
            ...{ Name: "data", Region: "iad", State: "created", SizeGb: 1, Encrypted: true, Attached: false },
            ...{ Retention: 9, NeedsRestart: false },
            ...more,
        });
        expect(between("create a volume", "get an unknown volume")).toEqual([
            ["create a volume", volume({ Retention: 5 })],
            ["list volumes", 1],
            ["keep snapshots longer", volume({})],
            [
                "launch with the volume",
                machine({ Name: "store", State: "created", Greeting: "three", LastEvent: "launch" }),
            ],
            ["wait until that is started", "done"],
            ["get the attached volume", volume({ Attached: true })],
            ["extend it", volume({ Attached: true, SizeGb: 2 })],
            [
                "make it smaller",
                "400 failed to extend volume VOLUME: invalid_argument: size_gb must be between 2 and 500",
            ],
            [
                "delete it while it is attached",
                "412 failed to destroy volume VOLUME: failed_precondition: volume is attached to machine ID",
            ],
            ["take a snapshot", "done"],
            ["wait for the snapshot", "created"],
            ["kill its machine", "done"],
            ["destroy its machine", "done"],
            ["wait for the machine's end", "done"],
            ["delete it", true],
            ["get an unknown volume", "404 failed to get volume vol_none: not_found: volume not found"],
        ]);
    });

    test("has no machine left in an app that was deleted", () => {
        expect(between("delete the app", "list in the deleted app")).toEqual([
            ["delete the app", 202],
            ["list in the deleted app", "404 failed to list VMs: app not found"],
        ]);
    });
});
