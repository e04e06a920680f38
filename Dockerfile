# Debian, not Alpine: the Temporal SDK's native part needs glibc.
ARG NODE_IMAGE=node:22.23.3-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package that runs here needs its install script.
RUN npm ci --ignore-scripts --no-audit
COPY . .
RUN npm run build
# What only the demo and the tests need stays behind (PostgreSQL's programs are optional packages), and so does the SDK's
# native part for other platforms.
RUN npm prune --omit=dev --omit=optional --ignore-scripts --no-audit \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
    ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} +

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# A named volume takes over the owner of the folder it is mounted on.
RUN install -d -o node -g node -m 700 /var/lib/cxone-sync/recordings
USER node
ENTRYPOINT ["node", "/app/dist/client/main.js"]
CMD ["worker"]
