import { HostedServer, HostedVolume, Rule, ServerHost } from "./serverHost";

/** A server as somebody who was never there knows it. */
export interface RememberedServer extends HostedServer {
    on: boolean;
    readonly volumes: Map<number, HostedVolume>;
    rules: readonly Rule[] | undefined;
}

/** A host that makes nothing and remembers everything: for tests of the API and its provider. */
export class RememberingHost implements ServerHost {
    readonly servers = new Map<number, RememberedServer>();
    /** Volumes that were deleted. */
    readonly deletedVolumes: number[] = [];
    /** What was asked for, in its order: `create 4000001`, `power 4000001 off`. */
    readonly calls: string[] = [];
    private failure: Error | undefined;
    private held: Promise<void> = Promise.resolve();

    /** Lets what is asked for next go wrong. */
    failNext(message: string): void {
        this.failure = new Error(message);
    }

    /** Lets nothing that is asked for from now on end, until what this returns is called. */
    hold(): () => void {
        let release: () => void = () => undefined;
        this.held = new Promise((resolve) => {
            release = resolve;
        });
        return release;
    }

    create(server: HostedServer): Promise<void> {
        return this.did(`create ${server.id}`, () => {
            this.servers.set(server.id, { ...server, on: true, volumes: new Map(), rules: undefined });
        });
    }

    delete(id: number): Promise<void> {
        return this.did(`delete ${id}`, () => this.servers.delete(id));
    }

    power(id: number, to: "on" | "off" | "shutdown" | "reboot"): Promise<void> {
        return this.did(`power ${id} ${to}`, () => (this.serverOf(id).on = to === "on" || to === "reboot"));
    }

    attachVolume(id: number, volume: HostedVolume): Promise<void> {
        return this.did(`attach ${volume.id} to ${id}`, () =>
            this.serverOf(id).volumes.set(volume.id, volume),
        );
    }

    detachVolume(id: number, volume: number): Promise<void> {
        return this.did(`detach ${volume} from ${id}`, () => this.serverOf(id).volumes.delete(volume));
    }

    deleteVolume(volume: number): Promise<void> {
        return this.did(`delete volume ${volume}`, () => this.deletedVolumes.push(volume));
    }

    setFirewall(id: number, rules: readonly Rule[] | undefined): Promise<void> {
        return this.did(`firewall ${id}`, () => (this.serverOf(id).rules = rules));
    }

    private serverOf(id: number): RememberedServer {
        const server = this.servers.get(id);
        if (server === undefined) {
            throw new Error(`the host has no server ${id}`);
        }
        return server;
    }

    /** Not at once: whoever asks has to wait for it, as for a real one. */
    private async did(call: string, change: () => unknown): Promise<void> {
        this.calls.push(call);
        await new Promise(setImmediate);
        await this.held;
        const { failure } = this;
        this.failure = undefined;
        if (failure !== undefined) {
            throw failure;
        }
        change();
    }
}
