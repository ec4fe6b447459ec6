import { Schema } from 'mongoose';

type JsonSchema = Record<string, unknown> & { required?: string[]; properties: Record<string, Record<string, unknown>> };

/** Mongoose's own JSON schema can't say that a field is there and may be null, and leaves out the values of a Boolean. */
export class DeclaredSchema extends Schema {
  override toJSONSchema(): JsonSchema {
    const { required: _, ...json } = super.toJSONSchema({ useBsonType: true }) as JsonSchema;
    const required: string[] = [];
    this.eachPath((path, { options, instance }) => {
      const property = json.properties[path];
      // The values of a map are a path, and no property.
      if (!property) return;
      if (options.present === true) required.push(path);
      if (instance === 'Boolean' && options.enum) property.enum = options.enum;
    });
    // MongoDB takes no empty list.
    return required.length === 0 ? json : { ...json, required };
  }
}
