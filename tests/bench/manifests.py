"""Sound manifests of eleven kinds, 30 lines on average, as many different ones as wanted."""

_POD = """\
      labels:
        app: web-{n}
    spec:
      serviceAccountName: web-{n}
      containers:
        - name: web
          image: registry.example.com/web:1.{n}
          imagePullPolicy: IfNotPresent
          ports:
            - name: http
              containerPort: 8080
          env:
            - name: LEVEL
              value: "{n}"
            - name: HOST
              valueFrom:
                fieldRef:
                  fieldPath: spec.nodeName
          readinessProbe:
            httpGet:
              path: /ready
              port: http
            periodSeconds: 5
          resources:
            requests:
              cpu: 100m
              memory: 64Mi
            limits:
              memory: 128Mi
"""

_WORKLOAD = """\
apiVersion: apps/v1
kind: {kind}
metadata:
  name: web-{n}
  namespace: shop
  labels:
    app: web-{n}
spec:
{extra}  selector:
    matchLabels:
      app: web-{n}
  template:
    metadata:
"""


def _workload(kind: str, extra: str) -> str:
    return _WORKLOAD.replace("{kind}", kind).replace("{extra}", extra) + _POD


_DEPLOYMENT = _workload("Deployment", "  replicas: 3\n")
_STATEFUL_SET = _workload("StatefulSet", "  replicas: 3\n  serviceName: web-{n}\n")
_DAEMON_SET = _workload("DaemonSet", "")

_SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web-{n}
  namespace: shop
  labels:
    app: web-{n}
spec:
  type: ClusterIP
  selector:
    app: web-{n}
  ports:
    - name: http
      protocol: TCP
      port: 80
      targetPort: http
    - name: metrics
      protocol: TCP
      port: 9090
      targetPort: metrics
"""

_CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings-{n}
  namespace: shop
  labels:
    app: web-{n}
data:
  LEVEL: "{n}"
  MODE: fast
  app.properties: |
    color=blue
    theme=dark
    language=ja
    timeout=30
    number.of.workers=4
    number={n}
    retries=3
  nginx.conf: |
    server {{
      listen 8080;
      location / {{
        root /srv;
      }}
    }}
"""

_SECRET = """\
apiVersion: v1
kind: Secret
metadata:
  name: secret-{n}
  namespace: shop
  labels:
    app: web-{n}
  annotations:
    example.com/owner: team-{n}
    example.com/rotated: "2026-01-{n}"
type: Opaque
stringData:
  host: db-{n}.example.com
  database: shop
  user: web-{n}
  password: "{n}-{n}"
"""

_INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web-{n}
  namespace: shop
  annotations:
    example.com/owner: team-{n}
spec:
  ingressClassName: nginx
  tls:
    - hosts:
        - web-{n}.example.com
      secretName: web-{n}-tls
  rules:
    - host: web-{n}.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web-{n}
                port:
                  name: http
          - path: /metrics
            pathType: Exact
            backend:
              service:
                name: web-{n}
                port:
                  number: 9090
"""

_CRON_JOB = """\
apiVersion: batch/v1
kind: CronJob
metadata:
  name: report-{n}
  namespace: shop
spec:
  schedule: "0 7 * * 1-5"
  timeZone: Asia/Tokyo
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 2
      template:
        metadata:
          labels:
            app: report-{n}
        spec:
          restartPolicy: Never
          containers:
            - name: report
              image: registry.example.com/report:1.{n}
              args: ["--day", "{n}"]
              resources:
                requests:
                  cpu: 50m
                  memory: 32Mi
                limits:
                  memory: 64Mi
"""

_AUTOSCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: web-{n}
  namespace: shop
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: web-{n}
  minReplicas: 2
  maxReplicas: 10
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: 60
    - type: Resource
      resource:
        name: memory
        target:
          type: AverageValue
          averageValue: 500Mi
  behavior:
    scaleDown:
      stabilizationWindowSeconds: 300
      policies:
        - type: Percent
          value: 50
          periodSeconds: 60
"""

_NETWORK_POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web-{n}
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: web-{n}
  policyTypes:
    - Ingress
    - Egress
  ingress:
    - from:
        - podSelector:
            matchLabels:
              role: front
        - namespaceSelector:
            matchLabels:
              team: shop
      ports:
        - protocol: TCP
          port: 8080
  egress:
    - to:
        - ipBlock:
            cidr: 10.0.0.0/8
            except:
              - 10.1.0.0/16
"""

_CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data-{n}
  namespace: shop
  labels:
    app: web-{n}
  annotations:
    example.com/owner: team-{n}
spec:
  accessModes:
    - ReadWriteOnce
  storageClassName: standard
  volumeMode: Filesystem
  resources:
    requests:
      storage: 10Gi
"""

KINDS = (
    _DEPLOYMENT,
    _STATEFUL_SET,
    _DAEMON_SET,
    _SERVICE,
    _CONFIG_MAP,
    _SECRET,
    _INGRESS,
    _CRON_JOB,
    _AUTOSCALER,
    _NETWORK_POLICY,
    _CLAIM,
)


def manifests(*, count: int) -> list[str]:
    """Texts that differ in names and values, the kinds in turn."""
    return [KINDS[number % len(KINDS)].format(n=number) for number in range(count)]


def sixty_lines(number: int) -> str:
    """A Deployment with its Service, cut to 60 lines between two ports."""
    text = f"{_DEPLOYMENT.format(n=number)}---\n{_SERVICE.format(n=number)}"
    return "".join(text.splitlines(keepends=True)[:60])
