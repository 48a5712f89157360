/** The options that make `ssh` use the files that a provider wrote to a folder, and nothing of the user's. */
export function sshFileOptions(folder: string): string[] {
    return ["-F", `${folder}/config`];
}
