import { defineConfig } from 'drizzle-kit'

/** `bun run db:generate`: writes the migration that leads from the last one to the schema. */
export default defineConfig({
  dialect: 'sqlite',
  schema: './src/store/schema/*.ts',
  out: './drizzle',
})
