import { randomUUID } from "node:crypto";
import { Target } from "../client/machines";
import { WireConfig, WireMachine } from "../client/types";
import { makeOnce } from "../once";
import { FlyContext } from "../services";
import { LEASE_SECONDS } from "./leases";
import { LABELS } from "./plan";

/** A machine that was just made, leased to whoever made it. */
export interface Launched extends Target {
    readonly version: string;
}

/** What a new machine is. */
export interface Launch {
    readonly app: string;
    readonly region: string;
    readonly config: WireConfig;
    readonly secretsVersion?: number;
}

/** Makes and starts a machine that gets no requests yet. An answer that got lost makes no second one. */
export async function launch(
    { app, region, config, secretsVersion }: Launch,
    { fly, signal }: FlyContext,
): Promise<Launched> {
    const creation = randomUUID();
    const metadata = { ...config.metadata, [LABELS.creation]: creation };
    const made = await makeOnce<WireMachine>(
        async () =>
            (await fly.machines.look(app, signal)).find(
                (each) => each.config?.metadata?.[LABELS.creation] === creation,
            ),
        () =>
            fly.machines.create(
                app,
                {
                    config: { ...config, metadata },
                    region,
                    skip_service_registration: true,
                    lease_ttl: LEASE_SECONDS,
                    min_secrets_version: secretsVersion,
                },
                signal,
            ),
        { isNew: true },
    );
    return { app, id: made.id, nonce: made.nonce, version: made.instance_id };
}
