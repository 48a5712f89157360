import { ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import Docker from "dockerode";
import { definition } from "../../providers/fly/definition";
import { SimulatedFly, SimulatedFlyArgs } from "../../rehearsal/fly";
import { WireMachine } from "../../rehearsal/fly/wire";
import { FlyCalls } from "./flyCalls";
import { ProviderClient, Values } from "./providerClient";

/** The token of the simulation's one organization. */
export const TOKEN = "simulated-token";

/** The provider `fly` in front of a simulated Fly. */
export class FlyProviderTest {
    private constructor(
        readonly fly: SimulatedFly,
        /** The provider, as the engine talks to it. */
        public provider: ProviderClient,
    ) {}

    /** The API itself, for what is done by hand. */
    get calls(): FlyCalls {
        return new FlyCalls(this.fly.url);
    }

    static async start(purpose: string, args: Partial<SimulatedFlyArgs> = {}): Promise<FlyProviderTest> {
        const name = `berth-test-fly-${purpose}-${process.pid}`;
        const fly = await SimulatedFly.start({ docker: new Docker(), name, ...args });
        return new FlyProviderTest(fly, await FlyProviderTest.connect(fly));
    }

    /** A provider that knows nothing yet, as each run's is. */
    static async connect(fly: SimulatedFly, token = TOKEN): Promise<ProviderClient> {
        const provider = await ProviderClient.start(definition);
        await provider.configureWith({ token, baseUrl: fly.url });
        return provider;
    }

    /** Checks and creates, as an update does; the state that the engine would keep. */
    async make(type: string, inputs: Values): Promise<{ id: string; state: Values }> {
        const checked = await this.provider.check(type, inputs);
        if (checked.failures.length > 0) {
            throw new Error(checked.failures.join("\n"));
        }
        return await this.provider.create(type, checked.inputs);
    }

    /** Checks and updates. */
    async change(type: string, made: { id: string; state: Values }, inputs: Values): Promise<Values> {
        const checked = await this.provider.check(type, inputs);
        if (checked.failures.length > 0) {
            throw new Error(checked.failures.join("\n"));
        }
        return await this.provider.update(type, made.id, made.state, checked.inputs);
    }

    /** The machines of an app that are not on their way out, as the API tells them. */
    async machines(app: string): Promise<WireMachine[]> {
        const { body } = await this.calls.get<WireMachine[]>(`/apps/${app}/machines`);
        return body.filter(({ state }) => !["destroying", "destroyed"].includes(state));
    }

    /** What was asked for since a moment, in order: `machine_create`. */
    actionsSince(moment: number): string[] {
        return this.fly.requests.slice(moment).map(({ action }) => action);
    }

    async stop(): Promise<void> {
        this.provider.close();
        await this.fly.stop();
    }
}

/** A process of the provider of its own, which can be killed. */
export class FlyProviderProcess {
    private constructor(
        readonly provider: ProviderClient,
        private readonly child: ChildProcess,
    ) {}

    static async start(fly: SimulatedFly): Promise<FlyProviderProcess> {
        const child = spawn(process.execPath, [join(__dirname, "../../providers/bin/pulumi-resource-fly")], {
            stdio: ["ignore", "pipe", "inherit"],
        });
        const [port] = (await once(child.stdout, "data")) as [Buffer];
        const provider = ProviderClient.connect(Number(port.toString()), () => child.kill("SIGKILL"));
        await provider.configureWith({ token: TOKEN, baseUrl: fly.url });
        return new FlyProviderProcess(provider, child);
    }

    /** Ends it without a chance to put anything right. */
    async kill(): Promise<void> {
        if (this.child.exitCode === null && this.child.signalCode === null) {
            const ended = once(this.child, "exit");
            this.child.kill("SIGKILL");
            await ended;
        }
        this.provider.close();
    }
}
