/** What goes over the wire, as Fly's documentation and its public Go client have it; only what this provider uses. */
export interface WireApp {
    readonly id: string;
    readonly name: string;
    readonly network?: string;
    readonly status?: string;
    readonly organization?: { readonly slug: string; readonly name?: string };
}

export interface WireMachine {
    readonly id: string;
    readonly name: string;
    readonly state: string;
    readonly region: string;
    /** Another one with each update. */
    readonly instance_id: string;
    readonly private_ip?: string;
    readonly config?: WireConfig;
    /** In place of `config` while the machine's host does not answer. */
    readonly incomplete_config?: WireConfig;
    readonly checks?: readonly WireCheckStatus[];
    readonly events?: readonly WireEvent[];
    readonly cordoned?: boolean;
    /** `ok` while its host answers. */
    readonly host_status?: string;
    /** Of the lease that was taken with the creation. */
    readonly nonce?: string;
}

export interface WireCheckStatus {
    readonly name: string;
    readonly status: "passing" | "warning" | "critical";
    readonly output?: string;
}

/** Newest first in a machine. */
export interface WireEvent {
    readonly type: string;
    readonly status?: string;
    readonly request?: {
        readonly exit_event?: WireExit;
        readonly MonitorEvent?: { readonly exit_event?: WireExit };
    };
    readonly timestamp?: number;
}

export interface WireExit {
    readonly exit_code?: number;
    readonly oom_killed?: boolean;
    readonly requested_stop?: boolean;
}

export interface WireConfig {
    readonly image?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly init?: { readonly cmd?: readonly string[]; readonly entrypoint?: readonly string[] };
    readonly guest?: { readonly cpu_kind?: string; readonly cpus?: number; readonly memory_mb?: number };
    readonly services?: readonly WireService[];
    readonly checks?: Readonly<Record<string, WireCheck>>;
    readonly mounts?: readonly { readonly volume?: string; readonly path?: string }[];
    readonly files?: readonly { readonly guest_path?: string; readonly secret_name?: string }[];
    readonly restart?: { readonly policy?: string; readonly max_retries?: number };
    readonly stop_config?: { readonly signal?: string; readonly timeout?: WireDuration };
    readonly auto_destroy?: boolean;
    readonly metadata?: Readonly<Record<string, string>>;
}

/** Text such as `1m30s`, or nanoseconds. */
export type WireDuration = string | number;

export interface WireService {
    readonly protocol?: string;
    readonly internal_port?: number;
    /** The API answers with booleans for `off` and `stop`. */
    readonly autostop?: string | boolean;
    readonly autostart?: boolean;
    readonly min_machines_running?: number;
    readonly ports?: readonly {
        readonly port?: number;
        readonly handlers?: readonly string[];
        readonly force_https?: boolean;
    }[];
    readonly checks?: readonly WireCheck[];
    readonly concurrency?: {
        readonly type?: string;
        readonly soft_limit?: number;
        readonly hard_limit?: number;
    };
}

export interface WireCheck {
    readonly type?: string;
    readonly port?: number;
    readonly method?: string;
    readonly path?: string;
    readonly interval?: WireDuration;
    readonly timeout?: WireDuration;
    readonly grace_period?: WireDuration;
}

export interface WireLaunch {
    readonly config: WireConfig;
    readonly region?: string;
    readonly name?: string;
    readonly skip_service_registration?: boolean;
    /** Seconds for which the new machine is leased to whoever made it. */
    readonly lease_ttl?: number;
    readonly min_secrets_version?: number;
}

export interface WireLease {
    readonly status?: string;
    readonly data?: {
        readonly nonce?: string;
        /** Seconds since 1970. */
        readonly expires_at?: number;
        readonly owner?: string;
        readonly description?: string;
    };
}

export interface WireExec {
    readonly exit_code?: number;
    readonly stdout?: string;
    readonly stderr?: string;
}

export interface WireVolume {
    readonly id: string;
    readonly name: string;
    readonly state: string;
    readonly region: string;
    readonly size_gb: number;
    readonly encrypted?: boolean;
    readonly attached_machine_id?: string | null;
    readonly snapshot_retention?: number;
    readonly auto_backup_enabled?: boolean;
}

export interface WireSecret {
    readonly name: string;
    readonly digest?: string;
}

export interface WireAddress {
    readonly ip: string;
    readonly region?: string;
    readonly shared?: boolean;
}

export interface WireCertificate {
    readonly hostname: string;
    readonly status?: string;
    readonly dns_requirements?: {
        readonly cname?: string;
        readonly acme_challenge?: { readonly name?: string; readonly target?: string };
    };
}
