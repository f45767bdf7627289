// The version of the messages between peers. A peer refuses a greater one with an error that names both.

/** Written into every frame. */
export const messageVersion = 1
