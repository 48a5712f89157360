import { HetznerClient } from "./client";

export interface PublicNet {
    readonly ipv4Enabled?: boolean;
    readonly ipv4?: number;
    readonly ipv6Enabled?: boolean;
    readonly ipv6?: number;
}

export interface ServerInputs {
    readonly name: string;
    readonly serverType: string;
    readonly image?: string;
    readonly location?: string;
    readonly sshKeys?: string[];
    readonly userData?: string;
    readonly labels?: Record<string, string>;
    readonly firewallIds?: number[];
    readonly publicNets?: PublicNet[];
    readonly placementGroupId?: number;
    readonly keepDisk?: boolean;
    readonly shutdownBeforeDeletion?: boolean;
    readonly deleteProtection?: boolean;
    readonly rebuildProtection?: boolean;
}

/** Brings a server's protection to its inputs. */
export async function protect(
    path: string,
    { deleteProtection = false, rebuildProtection = false }: ServerInputs,
    hetzner: HetznerClient,
    before: Partial<ServerInputs> = {},
): Promise<void> {
    const { deleteProtection: deletion = false, rebuildProtection: rebuild = false } = before;
    if (deleteProtection !== deletion || rebuildProtection !== rebuild) {
        const body = { delete: deleteProtection, rebuild: rebuildProtection };
        await hetzner.post(`${path}/actions/change_protection`, body);
    }
}
