/**
 * What goes over the wire, as Fly's documentation and the JSON tags of its public Go client have it. Only what the
 * simulation reads or answers is typed; the rest of a machine's config is kept and given back untouched.
 */

/** Go's duration: a string such as `1m30s`, or nanoseconds. */
export type WireDuration = string | number;

export interface Guest {
    readonly cpu_kind?: string;
    readonly cpus?: number;
    readonly memory_mb?: number;
    readonly gpus?: number;
    readonly gpu_kind?: string;
}

export interface Check {
    readonly type?: "http" | "tcp";
    readonly port?: number;
    readonly kind?: "informational" | "readiness";
    readonly interval?: WireDuration;
    readonly timeout?: WireDuration;
    readonly grace_period?: WireDuration;
    readonly method?: string;
    readonly path?: string;
    readonly protocol?: "http" | "https";
    readonly tls_skip_verify?: boolean;
    readonly headers?: readonly { readonly name: string; readonly values: readonly string[] }[];
}

export interface ServicePort {
    readonly port?: number;
    readonly start_port?: number;
    readonly end_port?: number;
    readonly handlers?: readonly string[];
    readonly force_https?: boolean;
}

export interface Service {
    readonly protocol?: string;
    readonly internal_port?: number;
    /** The API answers with booleans for `off` and `stop`. */
    readonly autostop?: boolean | "off" | "stop" | "suspend";
    readonly autostart?: boolean;
    readonly min_machines_running?: number;
    readonly ports?: readonly ServicePort[];
    readonly checks?: readonly Check[];
    readonly concurrency?: {
        readonly type?: string;
        readonly soft_limit?: number;
        readonly hard_limit?: number;
    };
}

export interface Mount {
    readonly volume?: string;
    readonly name?: string;
    readonly path?: string;
}

export interface Init {
    readonly exec?: readonly string[];
    readonly entrypoint?: readonly string[];
    readonly cmd?: readonly string[];
    readonly tty?: boolean;
}

export interface Process extends Init {
    readonly user?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly ignore_app_secrets?: boolean;
}

export interface WireFile {
    readonly guest_path: string;
    /** Base64. */
    readonly raw_value?: string;
    /** Name of a secret whose value is base64. */
    readonly secret_name?: string;
}

export interface MachineConfig {
    readonly image?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly init?: Init;
    readonly processes?: readonly Process[];
    readonly guest?: Guest;
    readonly size?: string;
    readonly metadata?: Readonly<Record<string, string>>;
    readonly mounts?: readonly Mount[];
    readonly services?: readonly Service[];
    readonly checks?: Readonly<Record<string, Check>>;
    readonly files?: readonly WireFile[];
    readonly restart?: { readonly policy?: "no" | "on-failure" | "always"; readonly max_retries?: number };
    readonly auto_destroy?: boolean;
    readonly stop_config?: { readonly signal?: string; readonly timeout?: WireDuration };
    readonly containers?: readonly unknown[];
}

/** Body of create and update. */
export interface LaunchInput {
    readonly config?: MachineConfig;
    readonly name?: string;
    readonly region?: string;
    readonly skip_launch?: boolean;
    readonly skip_service_registration?: boolean;
    readonly skip_secrets?: boolean;
    readonly min_secrets_version?: number;
    /** Seconds. */
    readonly lease_ttl?: number;
    /** Update only: the `instance_id` that the caller believes to be the current one. */
    readonly current_version?: string;
}

export interface ImageRef {
    readonly registry: string;
    readonly repository: string;
    readonly tag?: string;
    readonly digest: string;
    readonly labels: Readonly<Record<string, string>>;
}

export interface ExitEvent {
    readonly exit_code: number;
    readonly guest_exit_code: number;
    readonly guest_signal: number;
    readonly signal: number;
    readonly oom_killed: boolean;
    readonly requested_stop: boolean;
    readonly restarting: boolean;
    readonly exited_at: string;
}

export interface MachineEvent {
    readonly id: string;
    readonly type: string;
    readonly status: string;
    readonly source: "flyd" | "user";
    /** Milliseconds since 1970. */
    readonly timestamp: number;
    readonly request?: {
        readonly exit_event?: ExitEvent;
        readonly MonitorEvent?: { readonly exit_event: ExitEvent };
        readonly restart_count?: number;
    };
}

export interface CheckStatus {
    readonly name: string;
    readonly status: "passing" | "warning" | "critical";
    readonly output: string;
    readonly updated_at: string;
}

export interface WireMachine {
    readonly id: string;
    readonly name: string;
    readonly state: string;
    readonly region: string;
    readonly image_ref: ImageRef;
    readonly instance_id: string;
    readonly version: string;
    readonly private_ip: string;
    readonly created_at: string;
    readonly updated_at: string;
    readonly config: MachineConfig;
    readonly events: readonly MachineEvent[];
    readonly checks: readonly CheckStatus[];
    readonly nonce?: string;
    readonly host_status: "ok";
    readonly cordoned: boolean;
}

export interface WireVolume {
    readonly id: string;
    readonly name: string;
    readonly state: string;
    readonly size_gb: number;
    readonly region: string;
    readonly zone: string;
    readonly encrypted: boolean;
    readonly attached_machine_id: string | null;
    readonly attached_alloc_id: null;
    readonly created_at: string;
    readonly fstype: string;
    readonly snapshot_retention: number;
    readonly auto_backup_enabled: boolean;
    readonly host_dedication_key: string;
    readonly host_status: "ok";
}
