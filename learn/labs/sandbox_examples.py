"""Manifests to start from in the sandbox: sound ones, and ones with something to find."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """`slug` names it in the address."""

    slug: str
    title: str
    text: str


WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    app: web
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: nginx:1.27
          ports:
            - name: http
              containerPort: 80
          readinessProbe:
            httpGet:
              path: /
              port: http
            periodSeconds: 5
          resources:
            requests:
              cpu: 100m
              memory: 64Mi
            limits:
              memory: 128Mi
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: http
"""

KEYBOARD = """\
apiVersion: v1
kind: Pod
metadata:
  name： web
  labels:
    app: web
spec:
  containers:
    - name: web
      image: nginx:1.27
　　  ports:
        - containerPort: ８０
"""

LEVELS = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: "3"
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: nginx:1.27
          imagePullPolicy: always
          ports:
            - contaierPort: 80
      readinessProbe:
        httpGet:
          path: /
          port: 80
"""

LABELS = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  replicas: 2
  selector:
    matchLabels:
      app: api
  template:
    metadata:
      labels:
        app: api
    spec:
      containers:
        - name: api
          image: hashicorp/http-echo:1.0
          args: ["-text=hello", "-listen=:5678"]
          ports:
            - containerPort: 5678
---
apiVersion: v1
kind: Service
metadata:
  name: api
spec:
  selector:
    app: web
  ports:
    - port: 80
      targetPort: 8080
"""

CRON = """\
apiVersion: batch/v1
kind: CronJob
metadata:
  name: report
spec:
  schedule: "0 7 * * 1-5"
  timeZone: Asia/Tokyo
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 2
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: report
              image: busybox:1.37
              command: ["sh", "-c", "date"]
              resources:
                requests:
                  cpu: 50m
                  memory: 32Mi
"""

EXAMPLES: dict[str, Example] = {
    example.slug: example
    for example in (
        Example("web", "DeploymentとService", WEB),
        Example("cron", "毎朝動くCronJob", CRON),
        Example("keyboard", "全角の文字が混ざったPod", KEYBOARD),
        Example("levels", "段の違うDeployment", LEVELS),
        Example("labels", "宛先のないService", LABELS),
    )
}
