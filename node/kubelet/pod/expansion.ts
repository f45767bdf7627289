// $(NAME) in commands, arguments and environment values (Kubernetes documentation, Define Dependent Environment
// Variables): known names are replaced, unknown ones stay, $$ stands for one dollar. Pure.

/** Replaces every $(NAME) whose name `lookup` knows. */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) => {
    if (whole === '$$') return '$'
    return lookup(name ?? '') ?? whole
  })
}
