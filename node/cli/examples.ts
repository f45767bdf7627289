// The web example as objects, read from the YAML files that ship with Shoal.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '../client/client.ts'
import { isAlreadyExists } from '../client/errors.ts'
import type { ResourceType } from '../client/resource-types.ts'
import { deployments, ingresses, services } from '../client/resource-types.ts'
import type { ApiObject } from '../client/types.ts'

const folder = join(import.meta.dirname, '../../docs/examples')

async function createFrom<T extends ApiObject>(client: Client, type: ResourceType<T>, file: string): Promise<void> {
  const { load } = await import('js-yaml')
  // The file is ours and of this kind.
  const object = load(readFileSync(join(folder, file), 'utf8')) as T
  try {
    await client.resource(type).create({ ...object, metadata: { ...object.metadata, namespace: 'default' } })
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
}

/** Creates Deployment, Services and Ingress of the web example, unless they are there. */
export async function deployWebExample(client: Client): Promise<void> {
  await createFrom(client, deployments, 'web-svr-deployment.yaml')
  await createFrom(client, services, 'web-svr-clusterip.yaml')
  await createFrom(client, services, 'web-svr-lb.yaml')
  await createFrom(client, ingresses, 'web-svr-ingress.yaml')
}

/** Removes it again, as far as it is there. */
export async function removeWebExample(client: Client): Promise<void> {
  const { isNotFound } = await import('../client/errors.ts')
  const remove = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }
  await remove(client.resource(ingresses).delete('web-svr-ingress', 'default'))
  await remove(client.resource(deployments).delete('web-svr', 'default'))
  for (const name of ['web-svr-clusterip', 'web-svr-lb']) await remove(client.resource(services).delete(name, 'default'))
}
