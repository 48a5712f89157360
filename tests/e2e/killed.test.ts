import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import { KILLS, killAt, randomNumbers, spread } from "../support/killing";
import { isSlow, Load, LoadResult } from "../support/load";
import { Stack, succeeds } from "../support/stack";
import { Through } from "../support/through";

const PORT = 18050;
const NAME = "e2e-killed";
const HOST = "audifi.killed.localhost";
const ROUNDS = 20;
const PER_SECOND = 20;

/** One system: two replicas of an app behind the router, a migration, a database. Another number is another release. */
const config = (release: number): string => `config:
  berth:composition: dev
  berth:systems: [audifi]
  berth:httpPort: ${PORT}
  berth:domain: killed.localhost
  berth:inventSecrets: true
  audifi:replicas: { api: 2 }
  audifi:magicLinkSecret: the secret of release ${release}
`;

const docker = new Docker();
const through = new Through(PORT);
const stack = new Stack(NAME, config(0));
const seed = Number(process.env.BERTH_SEED ?? Date.now() % 1_000_000);
const random = randomNumbers(seed);

jest.setTimeout(25 * 60_000);

/** The load goes on while a new one begins: each of them lasts for a while only. */
class Traffic {
    private readonly results: Promise<LoadResult>[] = [];
    private load = this.begin();

    /** Without a pause: what takes long is in flight when the next command begins. */
    goOn(): void {
        this.results.push(this.load.stop());
        this.load = this.begin();
    }

    async stop(): Promise<{ requests: number; lost: LoadResult["lost"][] }> {
        const results = await Promise.all([...this.results, this.load.stop()]);
        return {
            requests: results.reduce((sum, { requests }) => sum + requests, 0),
            lost: results.map(({ lost }) => lost).filter((lost) => Object.keys(lost).length > 0),
        };
    }

    private begin(): Load {
        return new Load(async (index) => {
            const path = isSlow(index) ? "/slow?ms=3000" : "/api/v1/health";
            return (await through.get(HOST, path)).status;
        }, PER_SECOND);
    }
}

interface State {
    readonly resources: readonly {
        readonly type: string;
        readonly id: string;
        readonly delete?: boolean;
        readonly inputs: { readonly name?: string };
    }[];
    readonly pending_operations?: readonly unknown[];
}

const FILE = join(__dirname, "../../.state/.pulumi/stacks/berth", `${NAME}.json`);

/** The state as Pulumi has written it. */
function state(): State {
    const { checkpoint } = JSON.parse(readFileSync(FILE, "utf8")) as { checkpoint: { latest: State } };
    return checkpoint.latest;
}

const described = ({ Names, State: how, Created }: Docker.ContainerInfo) =>
    `${Names.join(" ")} ${how}, made at ${new Date(Created * 1000).toISOString()}`;

/** The engine has what the state has, and the state has what it is to have. */
async function expectOrder(release: number): Promise<void> {
    const { resources, pending_operations: pending = [] } = state();
    expect(pending).toEqual([]);
    expect(resources.filter((resource) => resource.delete === true)).toEqual([]);
    const ofType = (type: string) => resources.filter((resource) => resource.type === type);
    const filters = { label: [`berth.stack=${stack.prefix}`] };
    const containers = await docker.listContainers({ all: true, filters });
    const jobs = ofType("berth:index:Job").map(({ inputs }) => inputs.name);
    const isJob = ({ Names }: Docker.ContainerInfo) => jobs.includes(Names[0]?.slice(1));
    const lasting = containers.filter((container) => !isJob(container));
    const ids = ofType("docker:index/container:Container").map(({ id }) => id);
    // By what they are: of one too many the number alone would tell nobody what has left it.
    expect(lasting.filter(({ Id }) => !ids.includes(Id)).map(described)).toEqual([]);
    expect(lasting.map(({ Id }) => Id).sort()).toEqual(ids.sort());
    expect(lasting.map(({ Labels, State: how }) => `${Labels["berth.part"] ?? ""} ${how}`).sort()).toEqual([
        "audifi-api running",
        "audifi-api running",
        "audifi-db running",
        "router running",
    ]);
    const networks = await docker.listNetworks({ filters });
    expect(networks.map(({ Id }) => Id).sort()).toEqual(
        ofType("docker:index/network:Network")
            .map(({ id }) => id)
            .sort(),
    );
    const { Volumes: secrets } = await docker.listVolumes({
        filters: { label: [...filters.label, "berth.kind=secrets"] },
    });
    expect(secrets.map(({ Name }) => Name).sort()).toEqual(
        ofType("berth:index:SecretVolume")
            .map(({ id }) => id)
            .sort(),
    );
    for (const { Id } of lasting.filter(({ Labels }) => Labels["berth.part"] === "audifi-api")) {
        const { Config } = await docker.getContainer(Id).inspect();
        expect(Config.Env).toContain(`MAGIC_LINK_SECRET=the secret of release ${release}`);
    }
}

beforeAll(async () => {
    await succeeds(stack.down("--volumes"));
    await succeeds(stack.up());
});

afterAll(async () => {
    await stack.down("--volumes");
});

it(`goes on serving and converges, wherever in a release it is killed (seed ${seed})`, async () => {
    const traffic = new Traffic();
    const began = Date.now();
    stack.configure(config(1));
    await succeeds(stack.up());
    let lengthMs = Date.now() - began;
    let release = 1;
    for (const [round, at] of spread(ROUNDS, random).entries()) {
        const kill = KILLS[round % KILLS.length] ?? "everything";
        for (let missed: number | undefined = 0; missed !== undefined;) {
            release += 1;
            stack.configure(config(release));
            missed = await killAt(["up", "--stack", NAME], kill, at * lengthMs);
            // On a machine that has less to do now a release is over before its moment has come.
            lengthMs = missed ?? lengthMs;
            traffic.goOn();
        }
        // Every fourth time the release is given up: the version before is to be there again.
        release -= round % 4 === 3 ? 1 : 0;
        stack.configure(config(release));
        const { code, output } = await stack.up();
        const moment = `${Math.round(at * lengthMs)} of ${lengthMs} ms`;
        const story = `round ${round}, ${kill} killed at ${moment}: ended with ${code}\n${output}`;
        if (code !== 0) {
            throw new Error(story);
        }
        traffic.goOn();
        await expectOrder(release).catch((error: unknown) => {
            throw new Error(story, { cause: error });
        });
    }
    expect(await stack.up("--", "--expect-no-changes")).toMatchObject({ code: 0 });
    const { requests, lost } = await traffic.stop();
    expect(lost).toEqual([]);
    // The test is none when hardly anything was asked.
    expect(requests).toBeGreaterThan(ROUNDS * PER_SECOND);
});

it("shows what an update would change, also beside half a note on the state", async () => {
    writeFileSync(`${FILE}.attrs`, "{");
    expect((await stack.pulumi("preview")).output).toContain("failed to load checkpoint");
    expect(await succeeds(stack.command("preview", []))).toContain(
        `✓ removed half a file that a run that is gone has left beside the state: ${FILE}.attrs`,
    );
});
