// Finds what `kubectl explain` says about a definition or a field. The texts are data in the files beside this one; they are
// read when the first document is made and kept. It does not know the schema: a test compares the names with the field table.
import { clusterDescriptions } from './cluster.ts'
import { metaDescriptions } from './meta.ts'
import { ownDescriptions } from './own.ts'
import { podDescriptions } from './pods.ts'
import { workloadDescriptions } from './workloads.ts'

/** Texts by definition (`io.k8s.api.core.v1.Pod`, or `*` for all), and by field within it; '' is the definition itself. */
export type Descriptions = ReadonlyMap<string, ReadonlyMap<string, string>>

let read: Descriptions | undefined

/** All texts, read once. */
export function descriptions(): Descriptions {
  read ??= readDescriptions([metaDescriptions, podDescriptions, workloadDescriptions, clusterDescriptions, ownDescriptions])
  return read
}

/** What is said about a definition, or about its field; '' when nothing is. */
export function descriptionOf(definition: string, field = ''): string {
  const all = descriptions()
  return all.get(definition)?.get(field) ?? (field === '' ? '' : all.get('*')?.get(field) ?? '')
}

function readDescriptions(texts: readonly string[]): Descriptions {
  const all = new Map<string, Map<string, string>>()
  for (const text of texts) {
    let fields = new Map<string, string>()
    for (const line of text.split('\n').filter((line) => line !== '')) {
      const [name = '', description = ''] = line.split('\t')
      if (!name.startsWith(' ')) {
        fields = new Map()
        all.set(name, fields)
      }
      fields.set(name.startsWith(' ') ? name.slice(1) : '', description)
    }
  }
  return all
}
