locals {
  task_definitions = [for name in local.families : "arn:aws:ecs:${local.here}:task-definition/${local.prefix}-${name}:*"]
  cluster          = "arn:aws:ecs:${local.here}:cluster/${local.prefix}"

  services = [
    {
      # It knows no resource: what it makes is told by its tags.
      Sid       = "MakeCluster"
      Effect    = "Allow"
      Action    = "ecs:CreateCluster"
      Resource  = "*"
      Condition = { StringEquals = local.to_be_ours }
    },
    {
      Sid    = "Cluster"
      Effect = "Allow"
      Action = [
        "ecs:DeleteCluster", "ecs:DescribeClusters", "ecs:PutClusterCapacityProviders",
        "ecs:UpdateCluster", "ecs:UpdateClusterSettings",
      ]
      Resource = local.cluster
    },
    {
      Sid    = "Services"
      Effect = "Allow"
      Action = [
        "ecs:CreateService", "ecs:DeleteService", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions",
        "ecs:DescribeServices", "ecs:DescribeTasks", "ecs:ListServiceDeployments", "ecs:StopServiceDeployment",
        "ecs:StopTask", "ecs:UpdateService",
      ]
      Resource = [for kind in ["service", "service-deployment", "service-revision", "task"] : "arn:aws:ecs:${local.here}:${kind}/${local.prefix}/*"]
    },
    {
      Sid       = "RunTasks"
      Effect    = "Allow"
      Action    = "ecs:RunTask"
      Resource  = local.task_definitions
      Condition = { ArnEquals = { "ecs:cluster" = local.cluster } }
    },
    {
      Sid    = "Tag"
      Effect = "Allow"
      Action = ["ecs:ListTagsForResource", "ecs:TagResource", "ecs:UntagResource"]
      Resource = concat(local.task_definitions, [local.cluster], [
        for kind in ["service", "task"] : "arn:aws:ecs:${local.here}:${kind}/${local.prefix}/*"
      ])
    },
    {
      # None of them knows a resource. A definition is of use only with a role that may be given to tasks.
      Sid    = "SeeServices"
      Effect = "Allow"
      Action = [
        "ecr:GetAuthorizationToken", "ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition",
        "ecs:ListServices", "ecs:ListTaskDefinitions", "ecs:ListTasks", "ecs:RegisterTaskDefinition",
        "elasticloadbalancing:Describe*",
        "servicequotas:GetServiceQuota", "servicequotas:ListServiceQuotas",
      ]
      Resource = "*"
    },
    {
      Sid    = "Registry"
      Effect = "Allow"
      Action = [
        "ecr:BatchCheckLayerAvailability", "ecr:BatchDeleteImage", "ecr:BatchGetImage", "ecr:CompleteLayerUpload",
        "ecr:CreateRepository", "ecr:DeleteLifecyclePolicy", "ecr:DeleteRepository", "ecr:DescribeImageScanFindings",
        "ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:GetDownloadUrlForLayer", "ecr:GetLifecyclePolicy",
        "ecr:InitiateLayerUpload", "ecr:ListImages", "ecr:ListTagsForResource", "ecr:PutImage",
        "ecr:PutImageScanningConfiguration", "ecr:PutImageTagMutability", "ecr:PutLifecyclePolicy",
        "ecr:TagResource", "ecr:UntagResource", "ecr:UploadLayerPart",
      ]
      Resource = "arn:aws:ecr:${local.here}:repository/${local.prefix}-backend"
    },
    {
      Sid    = "LoadBalancer"
      Effect = "Allow"
      Action = [
        "elasticloadbalancing:AddTags", "elasticloadbalancing:CreateListener", "elasticloadbalancing:CreateLoadBalancer",
        "elasticloadbalancing:CreateTargetGroup", "elasticloadbalancing:DeleteListener",
        "elasticloadbalancing:DeleteLoadBalancer", "elasticloadbalancing:DeleteTargetGroup",
        "elasticloadbalancing:ModifyListener", "elasticloadbalancing:ModifyListenerAttributes", "elasticloadbalancing:ModifyLoadBalancerAttributes",
        "elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:ModifyTargetGroupAttributes",
        "elasticloadbalancing:RemoveTags", "elasticloadbalancing:SetSecurityGroups", "elasticloadbalancing:SetSubnets",
      ]
      Resource = [
        "arn:aws:elasticloadbalancing:${local.here}:listener/app/${local.prefix}/*",
        "arn:aws:elasticloadbalancing:${local.here}:loadbalancer/app/${local.prefix}/*",
        "arn:aws:elasticloadbalancing:${local.here}:targetgroup/${local.prefix}-backend/*",
      ]
    },
  ]

  # Prefect's server is found by a name inside the VPC, for which Cloud Map keeps a zone in Route 53.
  names = [
    {
      Sid    = "MakeNames"
      Effect = "Allow"
      Action = ["servicediscovery:CreatePrivateDnsNamespace", "servicediscovery:CreateService"]
      # Neither knows what it is about to make, except by its tags.
      Resource  = "*"
      Condition = { StringEquals = local.to_be_ours }
    },
    {
      Sid    = "ChangeNames"
      Effect = "Allow"
      Action = [
        "servicediscovery:CreateService", "servicediscovery:DeleteNamespace", "servicediscovery:DeleteService",
        "servicediscovery:GetNamespace", "servicediscovery:GetService", "servicediscovery:TagResource",
        "servicediscovery:UntagResource", "servicediscovery:UpdateService",
      ]
      Resource  = "arn:aws:servicediscovery:${local.here}:*/*"
      Condition = { StringEquals = local.ours }
    },
    {
      Sid      = "SeeNames"
      Effect   = "Allow"
      Action   = ["servicediscovery:GetOperation", "servicediscovery:ListNamespaces", "servicediscovery:ListServices", "servicediscovery:ListTagsForResource"]
      Resource = "*"
    },
    {
      # Cloud Map asks in the name of who asks it.
      Sid    = "ZoneOfNames"
      Effect = "Allow"
      Action = [
        "ec2:DescribeRegions", "route53:AssociateVPCWithHostedZone", "route53:CreateHostedZone",
        "route53:DeleteHostedZone", "route53:GetHostedZone", "route53:ListHostedZonesByName",
      ]
      Resource = "*"
    },
  ]
}
