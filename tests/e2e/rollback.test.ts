import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import { edgeLoad } from "../support/edgeLoad";
import { Stack, succeeds } from "../support/stack";
import { Through } from "../support/through";
import { Versions } from "../support/versions";

const PORT = 18040;
const NAME = "e2e-rollback";
const NOBODY = `${NAME}-nobody`;
const HOST = "partyquiz.rollback.localhost";
const REASON = "drops the players' nicknames";
const HALF = "has dropped half of the scores";

const docker = new Docker();
const versions = new Versions(NAME);
const through = new Through(PORT);
const config = (version: number): string => `config:
  berth:composition: dev
  berth:httpPort: ${PORT}
  berth:domain: rollback.localhost
  berth:inventSecrets: true
  berth:systems: [partyquiz]
  partyquiz:images:
    # The one that serves.
    web: ${versions.imageOf(version)} # by hand
`;
const stack = new Stack(NAME, config(1));

jest.setTimeout(10 * 60_000);

const fileOf = (name: string): string => join(__dirname, "..", "..", `Pulumi.${name}.yaml`);
const file = (): string => readFileSync(fileOf(NAME), "utf8");
const served = async (): Promise<unknown> => (await through.get(HOST)).body;
const rollback = (...args: string[]) => stack.command("rollback", args);
const check = (version: number) => rollback("partyquiz-web", "--check", versions.imageOf(version));
/** What is noted on the engine of migrations that can't be undone. */
const notes = async (): Promise<string[]> => {
    const label = [`berth.stack=${stack.prefix}`, "berth.kind=irreversible"];
    const { Volumes: volumes } = await docker.listVolumes({ filters: { label } });
    return volumes.map(({ Name }) => Name);
};
const webs = async (): Promise<string[]> =>
    (
        await docker.listContainers({
            all: true,
            filters: { label: [`berth.stack=${stack.prefix}`, "berth.part=partyquiz-web"] },
        })
    )
        .map(({ Names: [name = ""] }) => name)
        .filter((name) => /-\d-[0-9a-f]{7}$/.test(name));

/** A release as people make it: another image in the file, then `npm run up`. */
async function releaseVersion(version: number): Promise<void> {
    stack.configure(config(version));
    await succeeds(stack.up());
    expect(await served()).toEqual({ version: String(version) });
}

/** The file says a version, with all its comments, and it is what serves, alone. */
async function expectVersion(version: number): Promise<void> {
    expect(file()).toMatch(config(version));
    expect(await served()).toEqual({ version: String(version) });
    expect(await webs()).toHaveLength(1);
}

beforeAll(async () => {
    // What a run left behind that was killed.
    expect(await stack.down("--volumes")).toMatchObject({ code: 0 });
    await versions.build(1);
    await versions.build(2);
    await versions.build(3);
    await versions.build(4, { broken: true });
    await versions.build(5, { irreversible: REASON });
    await versions.build(6, { irreversible: HALF, failing: true });
    await releaseVersion(1);
});

afterAll(async () => {
    await stack.down("--volumes");
    await versions.removeAll();
    await removeSample();
    rmSync(fileOf(NOBODY), { force: true });
});

/** The image of the other app, which the stack made and keeps. */
async function removeSample(): Promise<void> {
    const samples = await docker.listImages({ filters: { reference: [`${stack.prefix}-sample`] } });
    for (const tag of samples.flatMap(({ RepoTags }) => RepoTags ?? [])) {
        await docker.getImage(tag).remove();
    }
}

it("goes to the image that ran before, loses no request, and is what the file says", async () => {
    await releaseVersion(2);
    const load = edgeLoad(PORT, { host: HOST }, 20);
    const output = await succeeds(rollback("partyquiz-web"));
    const { requests, lost } = await load.stop();
    expect(lost).toEqual({});
    expect(requests).toBeGreaterThan(20);
    expect(output).toContain(
        `partyquiz web in ${NAME}: from ${versions.imageOf(2)} back to ${versions.imageOf(1)}\n`,
    );
    expect(output).toMatch(/partyquiz +web +✓/);
    expect(output).toContain(`Pulumi.${NAME}.yaml has ${versions.imageOf(1)} now: commit it`);
    await expectVersion(1);
    await succeeds(stack.up("--", "--expect-no-changes"));
});

it("twice in a row goes two images back, and no further than there were", async () => {
    await releaseVersion(2);
    await releaseVersion(3);
    await succeeds(rollback("partyquiz", "web"));
    await expectVersion(2);
    await succeeds(rollback("partyquiz-web"));
    await expectVersion(1);
    const { code, output } = await rollback("partyquiz-web");
    expect(code).toBe(1);
    expect(output).toContain(
        `partyquiz-web: the history of the stack ${NAME} has no other image that came up`,
    );
    await expectVersion(1);
});

it("leaves a release that failed, and nothing of it", async () => {
    stack.configure(config(4));
    const { code, output } = await stack.up();
    expect(code).not.toBe(0);
    expect(output).toContain("last words of 4");
    expect(await served()).toEqual({ version: "1" });
    expect(await succeeds(rollback("partyquiz-web"))).toContain(
        `from ${versions.imageOf(4)}, which has not come up, back to ${versions.imageOf(1)}\n`,
    );
    await expectVersion(1);
});

it("that fails itself gives the file its image back, and what served goes on serving", async () => {
    await releaseVersion(2);
    await versions.remove(1);
    const { code, output } = await rollback("partyquiz-web");
    expect(code).not.toBe(0);
    expect(output).toContain(`Pulumi.${NAME}.yaml has ${versions.imageOf(2)} again.`);
    await expectVersion(2);
    await versions.build(1);
});

it("is refused past a migration that cannot be undone, before anything is touched", async () => {
    await releaseVersion(5);
    const before = await webs();
    const { code, output } = await rollback("partyquiz-web");
    expect(code).toBe(1);
    const refusal = `a migration of ${versions.imageOf(5)} cannot be undone, and ${versions.imageOf(2)} has not come up after it: ${REASON}`;
    expect(output).toContain(`The rollback: 1 problem, nothing was touched.\n  partyquiz-web: ${refusal}`);
    await expectVersion(5);
    expect(await webs()).toEqual(before);

    expect(await check(2)).toMatchObject({ code: 1, output: expect.stringContaining(refusal) as string });
    expect(await check(5)).toMatchObject({ code: 0 });
    expect(await check(6)).toMatchObject({ code: 0 });
});

/** What is said of an image that the failed migration is in the way of. */
const halfDone = (version: number): string =>
    `a migration of ${versions.imageOf(6)} cannot be undone, and ${versions.imageOf(version)} has not come up after it: ${HALF}`;

it("is refused past one that had said so and then failed", async () => {
    stack.configure(config(6));
    const { code, output } = await stack.up();
    expect(code).not.toBe(0);
    expect(output).toContain(`${stack.prefix}-partyquiz-web-release exited with code 1`);
    expect(output).toContain(`  | berth:irreversible ${HALF}`);
    expect((await rollback("partyquiz-web")).output).toContain(halfDone(5));
    expect(await served()).toEqual({ version: "5" });
});

it("is refused for images of before when the one that served was put back by hand: nothing ran for it", async () => {
    stack.configure(config(5));
    expect(await succeeds(stack.up())).not.toContain("migrated to 5");
    await succeeds(stack.up("--", "--expect-no-changes"));
    expect((await check(2)).output).toContain(halfDone(2));
    expect(await check(5)).toMatchObject({ code: 0 });
});

it("is refused when the job was replaced, and when the stack was down and its data stayed", async () => {
    const { output } = await stack.pulumi("stack", "export");
    const urn = /"(urn:[^"]*::partyquiz-web-release)"/.exec(output)?.[1] ?? "";
    expect(await succeeds(stack.up("--", "--replace", urn))).toContain("migrated to 5");
    expect((await check(2)).output).toContain(halfDone(2));
    await succeeds(stack.down());
    await succeeds(stack.up());
    expect((await check(2)).output).toContain(halfDone(2));
});

it("is refused no more when the data is gone", async () => {
    expect(await notes()).toHaveLength(2);
    await succeeds(stack.down("--volumes"));
    expect(await notes()).toEqual([]);
});

it("says all that is wrong with what it was asked for", async () => {
    const nobody = new Stack(NOBODY, "config: {}\n");
    expect(await nobody.command("rollback", ["web"])).toMatchObject({
        code: 1,
        output: expect.stringMatching(
            /^The rollback: 2 problems, nothing was touched\.\n {2}APP: "web" is unknown: one of degixdaw-web, .*\n {2}--stack: there is no stack e2e-rollback-nobody$/m,
        ) as string,
    });
});
