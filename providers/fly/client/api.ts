import { isNotFound } from "./errors";
import { Access, Http, Request } from "./http";
import { Lists } from "./lists";
import { Machines } from "./machines";
import { WireAddress, WireApp, WireCertificate, WireSecret, WireVolume } from "./types";

/** What is asked of a new volume. */
export interface NewVolume {
    readonly name: string;
    readonly region: string;
    readonly size_gb: number;
    readonly encrypted: boolean;
    readonly snapshot_retention: number;
    readonly auto_backup_enabled: boolean;
    readonly snapshot_id?: string;
}

/** Fly's Machines API, as far as this provider uses it. Lists may be as old as the last change of this run. */
export class FlyApi {
    readonly machines: Machines;
    private readonly http: Http;
    private readonly lists = new Lists();

    constructor(access: Access) {
        this.http = new Http(access);
        this.machines = new Machines(this.http, this.lists);
    }

    /** Status 422 where the name is taken, by whomever. */
    createApp(
        app: { app_name: string; org_slug: string; network?: string },
        signal: AbortSignal,
    ): Promise<void> {
        return this.change(app.app_name, {
            doing: `create the app "${app.app_name}"`,
            action: "app_create",
            method: "POST",
            path: "/apps?wait=true",
            body: app,
            signal,
        });
    }

    /** Status 403 where it is another organization's. */
    getApp(app: string, signal: AbortSignal): Promise<WireApp | undefined> {
        return this.look(app, { doing: `look at the app "${app}"`, action: "app_get", path: "", signal });
    }

    /** With all that is in it. */
    deleteApp(app: string, signal: AbortSignal): Promise<void> {
        return this.remove(app, {
            doing: `delete the app "${app}"`,
            action: "app_delete",
            path: "?force=true",
            signal,
        });
    }

    async listVolumes(app: string, signal: AbortSignal): Promise<readonly WireVolume[]> {
        const volumes = await this.list<readonly WireVolume[]>(app, "volumes", [], signal);
        return volumes.filter(({ state }) => !GOING.includes(state));
    }

    /** One volume as it is at this moment: lists are told a while long. */
    getVolume(app: string, id: string, signal: AbortSignal): Promise<WireVolume | undefined> {
        return this.look(app, {
            doing: `look at the volume ${id} of "${app}"`,
            action: "volume_get",
            path: `/volumes/${id}`,
            signal,
        });
    }

    createVolume(app: string, volume: NewVolume, signal: AbortSignal): Promise<WireVolume> {
        return this.change(app, {
            doing: `create the volume "${volume.name}" of "${app}"`,
            action: "volume_create",
            method: "POST",
            path: `/apps/${app}/volumes`,
            body: volume,
            signal,
        });
    }

    updateVolume(
        app: string,
        id: string,
        settings: Pick<NewVolume, "snapshot_retention" | "auto_backup_enabled">,
        signal: AbortSignal,
    ): Promise<WireVolume> {
        return this.change(app, {
            doing: `update the volume ${id} of "${app}"`,
            action: "volume_update",
            method: "PUT",
            path: `/apps/${app}/volumes/${id}`,
            body: settings,
            signal,
        });
    }

    extendVolume(app: string, id: string, sizeGb: number, signal: AbortSignal): Promise<void> {
        return this.change(app, {
            doing: `extend the volume ${id} of "${app}" to ${sizeGb} GB`,
            action: "volume_extend",
            method: "PUT",
            path: `/apps/${app}/volumes/${id}/extend`,
            body: { size_gb: sizeGb },
            signal,
        });
    }

    deleteVolume(app: string, id: string, signal: AbortSignal): Promise<void> {
        return this.remove(app, {
            doing: `delete the volume ${id} of "${app}"`,
            action: "volume_delete",
            path: `/volumes/${id}`,
            signal,
        });
    }

    async listSecrets(app: string, signal: AbortSignal): Promise<readonly WireSecret[]> {
        const { secrets } = await this.list<{ secrets?: WireSecret[] }>(app, "secrets", {}, signal);
        return secrets ?? [];
    }

    /** Sets values, and unsets where there is null. The version is that of the app's secrets as a whole. */
    setSecrets(
        app: string,
        values: Readonly<Record<string, string | null>>,
        signal: AbortSignal,
    ): Promise<{ readonly secrets?: readonly WireSecret[]; readonly version: number }> {
        return this.change(app, {
            doing: `set the secrets ${Object.keys(values).join(", ")} of "${app}"`,
            action: "app_secrets_update",
            method: "POST",
            path: `/apps/${app}/secrets`,
            body: { values },
            repeatable: true,
            signal,
        });
    }

    async listAddresses(app: string, signal: AbortSignal): Promise<readonly WireAddress[]> {
        const { ips } = await this.list<{ ips?: WireAddress[] }>(app, "ip_assignments", {}, signal);
        return ips ?? [];
    }

    assignAddress(
        app: string,
        address: { type: string; region?: string },
        signal: AbortSignal,
    ): Promise<WireAddress> {
        return this.change(app, {
            doing: `assign an address of type ${address.type} to "${app}"`,
            action: "ip_create",
            method: "POST",
            path: `/apps/${app}/ip_assignments`,
            body: address,
            signal,
        });
    }

    releaseAddress(app: string, ip: string, signal: AbortSignal): Promise<void> {
        return this.remove(app, {
            doing: `release the address ${ip} of "${app}"`,
            action: "ip_delete",
            path: `/ip_assignments/${encodeURIComponent(ip)}`,
            signal,
        });
    }

    async listCertificates(app: string, signal: AbortSignal): Promise<readonly WireCertificate[]> {
        const { certificates } = await this.list<{ certificates?: WireCertificate[] }>(
            app,
            "certificates",
            {},
            signal,
        );
        return certificates ?? [];
    }

    getCertificate(app: string, host: string, signal: AbortSignal): Promise<WireCertificate | undefined> {
        return this.look(app, {
            doing: `look at the certificate for ${host} of "${app}"`,
            action: "certificate_get",
            path: `/certificates/${encodeURIComponent(host)}`,
            signal,
        });
    }

    requestCertificate(app: string, host: string, signal: AbortSignal): Promise<WireCertificate> {
        return this.change(app, {
            doing: `request a certificate for ${host} of "${app}"`,
            action: "certificate_create",
            method: "POST",
            path: `/apps/${app}/certificates/acme`,
            body: { hostname: host },
            signal,
        });
    }

    deleteCertificate(app: string, host: string, signal: AbortSignal): Promise<void> {
        return this.remove(app, {
            doing: `delete the certificate for ${host} of "${app}"`,
            action: "certificate_delete",
            path: `/certificates/${encodeURIComponent(host)}`,
            signal,
        });
    }

    /** What an app has of one kind; nothing where the app is gone. */
    private list<List>(app: string, kind: string, nothing: List, signal: AbortSignal): Promise<List> {
        return this.lists.get(app, kind, async () => {
            const request = {
                doing: `list the ${kind} of "${app}"`,
                action: `${kind}_list`,
                path: `/${kind}`,
                signal,
            };
            return (await this.look<List>(app, request)) ?? nothing;
        });
    }

    private async look<Answer>(
        app: string,
        { action, path, ...request }: Looking,
    ): Promise<Answer | undefined> {
        try {
            return await this.http.send<Answer>({
                ...request,
                limit: `${action} ${app}`,
                method: "GET",
                path: `/apps/${app}${path}`,
            });
        } catch (error) {
            if (isNotFound(error)) {
                return undefined;
            }
            throw error;
        }
    }

    private async change<Answer>(
        app: string,
        { action, ...request }: Omit<Request, "limit"> & { action: string },
    ): Promise<Answer> {
        try {
            return await this.http.send<Answer>({ ...request, limit: `${action} ${app}` });
        } finally {
            this.lists.forget(app);
        }
    }

    private async remove(app: string, request: Looking): Promise<void> {
        try {
            await this.change(app, { ...request, method: "DELETE", path: `/apps/${app}${request.path}` });
        } catch (error) {
            if (!isNotFound(error)) {
                throw error;
            }
        }
    }
}

type Looking = Pick<Request, "doing" | "path" | "signal"> & { readonly action: string };

/** States of a volume that is on its way out. Source: Fly's Go client. */
const GOING = [
    "scheduling_destroy",
    "fork_cleanup",
    "waiting_for_detach",
    "pending_destroy",
    "destroying",
    "destroyed",
];
