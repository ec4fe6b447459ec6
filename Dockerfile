# Updraft without embedded servers: MONGODB_URI and TEMPORAL_ADDRESS are to be set.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY client/package.json client/
COPY console/package.json console/
RUN npm ci --no-audit --no-fund
COPY . .
# What the console is made of is in dist/.
RUN npm run build && rm -r client console && npm pkg delete workspaces && npm prune --omit=dev

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE /app/NOTICE /app/THIRD-PARTY.md ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/scripts/setup ./scripts/setup
COPY --from=build /app/schema/graphql ./schema/graphql
RUN mkdir .updraft && chown node:node .updraft
USER node
VOLUME /app/.updraft
# Hands signals to Node, which stops in order.
STOPSIGNAL SIGTERM
CMD ["node", "--max-semi-space-size=32", "--heap-growing-percent=40", "dist/server/main.js"]
