import Docker from "dockerode";
import { dropNotes, noted } from "../../providers/engine/notes";
import { Containers, until } from "./containers";
import { EngineStandIn } from "./engineStandIn";
import { createNetwork, providerOnEngine } from "./onEngine";
import { ProviderClient, Values } from "./providerClient";

export const JOB = "berth:index:Job";
export const NODE = "node:20-slim";
/** Longer than any test may last: whoever waits for it fails. */
export const NEVER = 3600;

/** What a job of a script is; it can't be told from any other job. */
export type ScriptedJob = Values & { name: string };

/** Jobs of one test file: named after it, their containers all removed by `removeAll`. */
export class Jobs {
    private readonly names: string[] = [];
    private readonly network: Awaited<ReturnType<typeof createNetwork>>;

    private constructor(
        readonly containers: Containers,
        /** Whom the provider tells what goes on. */
        readonly engine: EngineStandIn,
        readonly provider: ProviderClient,
        network: Awaited<ReturnType<typeof createNetwork>>,
    ) {
        this.network = network;
    }

    /** `host` is the engine's address for the provider. @default the tests' engine */
    static async start(purpose: string, host?: string): Promise<Jobs> {
        const containers = new Containers(purpose);
        const engine = await EngineStandIn.start();
        return new Jobs(
            containers,
            engine,
            await providerOnEngine(engine.address, host),
            await createNetwork(containers),
        );
    }

    /** A shell script as a job with a name of its own. */
    of(script: string, more: Values = {}): ScriptedJob {
        const name = this.containers.uniqueName();
        this.names.push(name);
        return {
            name,
            image: NODE,
            imageName: "shop:1",
            command: ["sh", "-c", script],
            networks: [this.network.name],
            timeoutSeconds: NEVER,
            ...more,
        };
    }

    async create(job: ScriptedJob): Promise<Values> {
        const { id, state } = await this.provider.create(JOB, job);
        expect(id).toBe(job.name);
        return state;
    }

    async update(job: ScriptedJob, state: Values, news: Values): Promise<Values> {
        return await this.provider.update(JOB, job.name, state, { ...job, ...news });
    }

    /** What a creation fails with. */
    async failure(job: ScriptedJob): Promise<string> {
        return await this.provider.create(JOB, job).then(
            () => "it succeeded",
            (error: unknown) => (error as Error).message,
        );
    }

    /** Reasons that are noted on the engine, of what its runs declared. */
    async notesOf({ name }: ScriptedJob): Promise<string[]> {
        return (await noted(this.containers.docker, name)).map(({ reason }) => reason).sort();
    }

    /** Its container, if there is one. */
    async container({ name }: ScriptedJob): Promise<Docker.ContainerInspectInfo | undefined> {
        const all = await this.containers.docker.listContainers({
            all: true,
            filters: { name: [`^/${name}$`] },
        });
        return all[0] && (await this.containers.docker.getContainer(all[0].Id).inspect());
    }

    /** Names of all containers that its container's name starts. */
    async namesOf({ name }: ScriptedJob): Promise<string[]> {
        const all = await this.containers.docker.listContainers({ all: true, filters: { name: [name] } });
        return all.flatMap(({ Names }) => Names.map((each) => each.slice(1))).sort();
    }

    private async remove(name: string): Promise<void> {
        const { docker } = this.containers;
        await this.provider.delete(JOB, name, { irreversible: [] });
        await dropNotes(docker, name, await noted(docker, name));
    }

    async runs(job: ScriptedJob): Promise<void> {
        await until(
            async () => (await this.container(job))?.State.Running === true,
            async () => JSON.stringify(await this.container(job)),
        );
    }

    async removeAll(): Promise<void> {
        const names = this.names.splice(0);
        await Promise.all(names.map((name) => this.remove(name)));
        this.provider.close();
        this.engine.close();
        await this.containers.removeAll();
        await this.network.remove();
    }
}
