// What the compose tests need once: a Docker daemon and the image. Taken by mocha before the first test and given back after
// the last one, also when tests fail.
import { TestDocker } from './docker.ts'
import { buildImage } from './image.ts'

let started: TestDocker | undefined

/** Called by mocha. */
export async function mochaGlobalSetup(): Promise<void> {
  started = await TestDocker.start()
  try {
    await buildImage()
  } catch (error) {
    await started?.stop()
    throw error
  }
}

/** Called by mocha. */
export async function mochaGlobalTeardown(): Promise<void> {
  await started?.stop()
}
