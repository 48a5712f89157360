import Docker from "dockerode";
import { definition } from "../../providers/fly/definition";
import { SimulatedFly, SimulatedFlyArgs } from "../../rehearsal/fly";
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

    static async start(purpose: string, args: Partial<SimulatedFlyArgs> = {}): Promise<FlyProviderTest> {
        const name = `berth-test-fly-${purpose}-${process.pid}`;
        const fly = await SimulatedFly.start({ docker: new Docker(), name, ...args });
        return new FlyProviderTest(fly, await connect(fly));
    }

    /** A new process of the provider, as after one that was killed. */
    async restart(): Promise<void> {
        this.provider.close();
        this.provider = await connect(this.fly);
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

    /** Requests since then, as `action` or `action identifier`. */
    since(count: number): string[] {
        return this.fly.requests.slice(count).map(({ action }) => action);
    }

    async stop(): Promise<void> {
        this.provider.close();
        await this.fly.stop();
    }
}

async function connect(fly: SimulatedFly): Promise<ProviderClient> {
    const provider = await ProviderClient.start(definition);
    await provider.configureWith({ token: TOKEN, baseUrl: fly.url });
    return provider;
}
