import { type ObjectOptions, type TObject, type TProperties, Type } from '@sinclair/typebox'

/**
 * An object in a request: properties that it does not know are ignored, as Novu does. Said of each
 * object, because Elysia closes those that leave it open.
 */
export const openObject = <Properties extends TProperties>(
  properties: Properties,
  options: ObjectOptions = {},
): TObject<Properties> => Type.Object(properties, { ...options, additionalProperties: true })
