// Names of images as the registry's reference grammar completes them: `nginx` is `docker.io/library/nginx:latest`.
// Pure. It checks nothing beyond what it needs; the runtime refuses what is malformed.

const defaultRegistry = 'docker.io'
const libraryFolder = 'library'

/** The complete name with registry, repository and tag or digest. */
export function completeImageName(name: string): string {
  const [first = '', ...rest] = name.split('/')
  const hasRegistry = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost')
  const registry = !hasRegistry || first === 'index.docker.io' ? defaultRegistry : first
  const path = hasRegistry ? rest.join('/') : name
  // One word under the default registry is an official image.
  const isOfficial = registry === defaultRegistry && !path.includes('/')
  const full = `${registry}/${isOfficial ? `${libraryFolder}/` : ''}${path}`
  return full.includes('@') || /:[^/]*$/.test(path) ? full : `${full}:latest`
}

/** Always for `latest` and untagged names, IfNotPresent otherwise: what the API's defaulting does. */
export function pullPolicy(image: string, policy: string | undefined): string {
  if (policy !== undefined && policy !== '') return policy
  const complete = completeImageName(image)
  return !complete.includes('@') && complete.endsWith(':latest') ? 'Always' : 'IfNotPresent'
}
